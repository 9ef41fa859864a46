# tar with every compressor, and each compressor on text, noise and zeros; the compressed bytes too.
for i in $(seq 2000); do echo "record $i $((i * 7919 % 10007)) lorem ipsum dolor sit amet"; done > text
openssl enc -aes-128-ctr -K 00112233445566778899aabbccddeeff -iv 00000000000000000000000000000000 -in text > noise
head -c 300000 /dev/zero > zeros
mkdir -p dir/sub; cp text dir; cp noise dir/sub; ln -s text dir/link; touch -d @1600000000 dir dir/* dir/sub/*
for tool in gzip bzip2 xz zstd; do
    for level in -1 -6 -9; do
        for file in text noise zeros; do
            n=; [ $tool = gzip ] && n=-n
            $tool $n $level -c $file > packed 2> /dev/null
            md5sum < packed
            $tool -dc packed | cmp - $file && echo "$tool $level $file back"
        done
    done
    $tool -c noise > packed; $tool -t packed && echo "$tool good"
    head -c 1000 packed > cut; $tool -t cut > /dev/null 2>&1; echo "cut $?"
done
xz -T2 -c text | xz -dc | md5sum; xz --format=lzma -c text | md5sum; zstd -19 -c text 2> /dev/null | md5sum; zstd --ultra -22 -c text 2> /dev/null | md5sum
gzip -kn text; gzip -l text.gz; gunzip -c text.gz | md5sum; zcat text.gz | tail -1; bzip2 -k text; bunzip2 -c text.bz2 | md5sum; xz -k text; xz --robot -l text.xz | tail -1
for option in '' -z -j -J --zstd; do
    tar $option --sort=name --owner=0 --group=0 --mtime=@1600000000 -cf archive dir
    tar -tvf archive | sed 's/ \+/ /g'; rm -rf out; mkdir out; tar -xf archive -C out; diff -r dir out/dir && echo "same $option"
done
tar --sort=name --owner=0 --group=0 --mtime=@1600000000 -cf - dir | md5sum; tar -xOf archive dir/sub/noise | md5sum; tar --delete -f archive dir/text 2>&1 | head -1; tar -rf nothere/x dir 2>&1
