# fork, pipes, signals, sockets and threads.
use strict;
use warnings;
use IO::Select;
use IPC::Open3;
use POSIX ':sys_wait_h';
use Socket;
use threads;
use threads::shared;
use Thread::Queue;
$| = 1;

pipe my $read, my $write; my $pid = fork;
if (!$pid) { close $read; print $write "from the child\n"; POSIX::_exit(3) }
close $write; print <$read>; waitpid $pid, 0; print 'exit ', $? >> 8, "\n";
my $out = `echo back; exit 2`; print $out, $? >> 8, "\n";
open $pipe, '|-', 'cat' or die; print $pipe "to cat\n"; close $pipe; print "closed $?\n";
open($pipe, '|-', 'exit 5'); close $pipe; print 'status ', $? >> 8, "\n";
my $kid = open my $from, '-|'; if (!$kid) { print "line $_\n" for 1 .. 3; exit 0 } print while <$from>; close $from;
my $pid3 = open3(my $in, my $merged, undef, 'sh', '-c', 'cat; echo error >&2'); print $in "through\n"; close $in; print sort <$merged>; waitpid $pid3, 0;
{ local $SIG{PIPE} = sub { print "broken pipe\n" }; pipe my $r, my $w; close $r; syswrite $w, 'x'; print $!{EPIPE} ? "EPIPE\n" : "no\n" }
my @order; local $SIG{USR1} = sub { push @order, 1 }; local $SIG{USR2} = sub { push @order, 2 };
kill USR1 => $$; kill USR2 => $$; select undef, undef, undef, 0.01; print "signals @order\n";
{ local $SIG{ALRM} = sub { die "alarm\n" }; eval { alarm 1; select undef, undef, undef, 20; alarm 0 }; print $@ }
my %kids; for my $n (1 .. 30) { my $p = fork; if (!$p) { select undef, undef, undef, 0.002 * $n; POSIX::_exit($n) } $kids{$p} = $n }
my $sum = 0; while (%kids) { my $p = waitpid -1, 0; last if $p < 0; $sum += $? >> 8; delete $kids{$p} } print "sum $sum\n";
{ my $reaped = 0; local $SIG{CHLD} = sub { while (waitpid(-1, WNOHANG) > 0) { $reaped++ } };
  for (1 .. 10) { my $p = fork; POSIX::_exit(0) if !$p } for (1 .. 500) { last if $reaped == 10; select undef, undef, undef, 0.01 } print "reaped $reaped\n" }
socketpair my $left, my $right, AF_UNIX, SOCK_STREAM, PF_UNSPEC;
if (!fork) { close $left; while (my $line = <$right>) { syswrite $right, uc $line } POSIX::_exit(0) }
close $right; syswrite $left, "hello\n"; print scalar <$left>; shutdown $left, 1; print IO::Select->new($left)->can_read(10) ? "end\n" : "hangs\n"; wait;
my @threads = map { my $n = $_; threads->create(sub { my $s = 0; $s += $_ * $n for 1 .. 2000; $s }) } 1 .. 6; print join(',', map { $_->join } @threads), "\n";
my $count : shared = 0; $_->join for map { threads->create(sub { for (1 .. 300) { lock $count; $count++ } }) } 1 .. 4; print "count $count\n";
my $queue = Thread::Queue->new; my $worker = threads->create(sub { my $s = 0; while (defined(my $x = $queue->dequeue)) { $s += $x } $s }); $queue->enqueue($_) for 1 .. 500; $queue->end; print $worker->join, "\n";
my $status = system 'kill -9 $$'; print 'killed ', $status & 127, "\n"; print 'no program ', system('/nonexistent/program') != 0 ? 1 : 0, "\n";
$pid = fork; if (!$pid) { setpgrp; kill STOP => $$; POSIX::_exit(4) } waitpid $pid, WUNTRACED; print WIFSTOPPED($?) ? "stopped\n" : "no\n"; kill CONT => $pid; waitpid $pid, 0; print 'went on ', $? >> 8, "\n";
exec 'echo', 'executed';
