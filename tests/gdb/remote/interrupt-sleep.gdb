# guest: sleep
# status: 5
python import threading, os, signal
python threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
continue
# expect: received signal SIGINT
print multiply(2.0, 3.0, 1)
# expect: = 7
python threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
continue
# expect: received signal SIGINT
print add_up(4)
# expect: = 6
continue
# expect: slept 0 after [67]$
# expect: exited with code 05
