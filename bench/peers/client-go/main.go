// Lists and watches the pods of the bench with client-go's informer, and prints the same numbers as the contestants on Node do:
// client-go json|protobuf COUNT CHANGES LAST KUBECONFIG.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

var contentTypes = map[string]string{
	"json":     "application/json",
	"protobuf": "application/vnd.kubernetes.protobuf",
}

func fail(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
	os.Exit(1)
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	if err != nil {
		fail("%q is not a number", text)
	}
	return value
}

func usage() syscall.Rusage {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail("the resource usage cannot be read: %v", err)
	}
	return usage
}

func cpuSeconds(usage syscall.Rusage) float64 {
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
}

func alive() uint64 {
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	return memory.HeapAlloc
}

func main() {
	if len(os.Args) != 6 {
		fail("usage: %s json|protobuf COUNT CHANGES LAST KUBECONFIG", os.Args[0])
	}
	count, changes, last := number(os.Args[2]), number(os.Args[3]), os.Args[4]
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[5])
	if err != nil {
		fail("the kubeconfig cannot be read: %v", err)
	}
	contentType, isKnown := contentTypes[os.Args[1]]
	if !isKnown {
		fail("%q is neither json nor protobuf", os.Args[1])
	}
	config.ContentType = contentType
	config.AcceptContentTypes = contentType
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		fail("no client can be made: %v", err)
	}

	empty := alive()
	before := usage()
	began := time.Now()
	factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace("bench"))
	pods := factory.Core().V1().Pods().Informer()
	ended := make(chan struct{})
	registration, err := pods.AddEventHandler(cache.ResourceEventHandlerFuncs{
		UpdateFunc: func(_, object any) {
			if object.(*corev1.Pod).ResourceVersion == last {
				close(ended)
			}
		},
	})
	if err != nil {
		fail("the informer takes no handler: %v", err)
	}
	factory.Start(make(chan struct{}))
	if !cache.WaitForCacheSync(make(chan struct{}), registration.HasSynced) {
		fail("the informer did not synchronize")
	}
	listed := time.Since(began)
	<-ended
	seconds := time.Since(began) - listed
	after := usage()

	versions := map[string]bool{}
	lowest := number(last)
	for _, object := range pods.GetStore().List() {
		version := object.(*corev1.Pod).ResourceVersion
		versions[version] = true
		lowest = min(lowest, number(version))
	}
	if len(versions) != count || lowest != number(last)-count+1 {
		fail("%d of %d pods were kept as they were last", len(versions), count)
	}
	filled := alive()
	runtime.KeepAlive(pods)
	sample, err := json.Marshal(map[string]float64{
		"cpuSeconds": cpuSeconds(after) - cpuSeconds(before),
		"peakMiB":    float64(after.Maxrss) / 1024,
		"listMs":     listed.Seconds() * 1e3,
		"perSecond":  float64(changes) / seconds.Seconds(),
		"keptBytes":  (float64(filled) - float64(empty)) / float64(count),
	})
	if err != nil {
		fail("the sample cannot be printed: %v", err)
	}
	fmt.Println(string(sample))
}
