// Runs a command in a network namespace of its own, where it may listen on any port of any address without being
// reachable, and where nobody else does. `namespace COMMAND [ARGUMENT]…` ends as the command does.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"unsafe"
)

const inside = "inside"

func main() {
	if len(os.Args) > 2 && os.Args[1] == inside {
		run(os.Args[2:])
	}
	command := exec.Command("/proc/self/exe", append([]string{inside}, os.Args[1:]...)...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	command.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	err := command.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		os.Exit(ended.ExitCode())
	}
	if err != nil {
		fail("Tried to make a network namespace", err)
	}
}

// Brings the loopback interface up and becomes the command.
func run(command []string) {
	var request struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}
	copy(request.name[:], "lo")
	request.flags = syscall.IFF_UP
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		fail("Tried to open a socket", err)
	}
	_, _, failed := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request)))
	if failed != 0 {
		fail("Tried to bring the loopback interface up", failed)
	}
	path, err := exec.LookPath(command[0])
	if err == nil {
		err = syscall.Exec(path, command, os.Environ())
	}
	fail("Tried to start "+command[0], err)
}

func fail(tried string, found error) {
	fmt.Fprintf(os.Stderr, "%s, found: %v. A kernel with user namespaces that this user may make is needed.\n", tried, found)
	os.Exit(125)
}
