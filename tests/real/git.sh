# git: commits, branches, merges, packs with several threads, clones, hooks, a rebase.
export GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' GIT_COMMITTER_DATE='2024-01-01T00:00:00Z'
export GIT_CONFIG_NOSYSTEM=1 GIT_PAGER=cat PAGER=cat EDITOR=true GIT_TEMPLATE_DIR= HOME=$PWD
git config --global user.name guest; git config --global user.email guest@example.org
git config --global init.defaultBranch main; git config --global gc.autoDetach false
git init -q repo && cd repo
for n in 1 2 3 4 5 6 7 8 9 10; do seq $n 2000 > f$n; git add f$n; git commit -qm "commit $n"; done
git log --oneline
git checkout -q -b side HEAD~3; echo side > new; git add .; git commit -qm side
git merge -q -m merge main; git log --graph --oneline | head -8
git tag -a v1 -m one; git describe; git diff --stat HEAD~2 | tail -2; git blame -s f1 | head -2
git gc -q; git fsck --no-progress; git count-objects -v | grep -E 'count|packs'
git repack -adfq --threads=4; git verify-pack -v .git/objects/pack/*.idx | grep -c blob
git clone -q . ../copy; git -C ../copy log -1 --format=%H; git -C ../copy remote
git checkout -q -b third main~2; echo x > third; git add third; git commit -qm third; git rebase -q main; git log -2 --format=%s
printf '#!/bin/sh\necho hook ran\nexit 1\n' > hook; mkdir -p .git/hooks; cp hook .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit
echo y >> third; git commit -qam refused 2>&1; git stash -q; git stash list; git status --short
git grep -c 199 f1 f2; git rev-list --all --count; git archive --format=tar HEAD | tar t | head -3; git bundle create -q b HEAD; git bundle verify -q b
git bisect start -q HEAD HEAD~5; git bisect run sh -c 'test ! -e f9' | grep 'first bad'
