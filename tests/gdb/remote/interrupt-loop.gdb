# guest: spin
# status: -9
python import threading, os, signal
python threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
continue
# expect: received signal SIGINT
# expect: do_spin \(\)
print multiply(2.0, 3.0, 1)
# expect: = 7
set $before = counter
python threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
continue
# expect: received signal SIGINT
print counter > $before
# expect: = 1
python threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
signal 0
# expect: received signal SIGINT
