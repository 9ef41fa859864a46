# The Go toolchain builds a program: goroutines, preemption, signals, faults, children, garbage.
export GOCACHE=$PWD/cache GOPATH=$PWD/path GOTOOLCHAIN=local GOPROXY=off GOFLAGS=-mod=mod CGO_ENABLED=0 HOME=$PWD
mkdir p; cd p; printf 'module example\ngo 1.24\n' > go.mod
cat > main.go << 'END'
package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

var sink int64

func endless() int64 {
	var s int64
	for i := int64(0); i < 1<<62; i++ {
		s += i ^ s<<1
	}
	return s
}

func main() {
	var wait sync.WaitGroup
	numbers := make(chan int, 16)
	for i := range 1000 {
		wait.Add(1)
		go func() { defer wait.Done(); numbers <- i }()
	}
	go func() { wait.Wait(); close(numbers) }()
	sum := 0
	for n := range numbers {
		sum += n
	}
	fmt.Println(runtime.GOARCH, "sum", sum)
	for range 4 { // no calls inside: only a signal gets them off the processor
		go func() { atomic.AddInt64(&sink, endless()) }()
	}
	for range 20 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	fmt.Println("preempted")
	usr1 := make(chan os.Signal, 1)
	signal.Notify(usr1, syscall.SIGUSR1)
	for range 100 {
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		<-usr1
	}
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var p *int
		*p = 1
	}()
	out, err := exec.Command("echo", "child").Output()
	fmt.Printf("%s%v %x\n", out, err, sha256.Sum256([]byte("abc")))
	kept := map[int][]byte{}
	for i := range 200000 {
		kept[i%1000] = make([]byte, i%1000)
	}
	fmt.Println(len(kept))
	os.Exit(5)
}
END
go vet . && go build -p 2 -o example . && ./example; echo "exit $?"
cat > main_test.go << 'END'
package main

import "testing"

func TestShift(t *testing.T) {
	if x := 1; x<<4 != 16 {
		t.Fail()
	}
}
END
go test . | cut -f1,2; go version | cut -d' ' -f4; echo 'package  x' | gofmt
