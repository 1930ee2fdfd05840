package main

import (
	"context"
	"os/signal"
	"syscall"

	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// Queue is the netfilter queue from which packets are taken, and to which verdicts are given.
const queue = 100

// Enforce runs the controller of kube-network-policies until it is told to end. The controller
// ignores that it cannot write rules for nftables where the kernel lacks their `queue`: somebody
// else leads packets to the queue.
func enforce(kubeconfig, node string) error {
	ctx, end := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer end()
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	known := informers.NewSharedInformerFactory(client, 0)
	core := known.Core().V1()
	settings := networkpolicy.Config{NodeName: node, QueueID: queue}
	controller, err := networkpolicy.NewController(
		client, known.Networking().V1().NetworkPolicies(), core.Namespaces(), core.Pods(),
		core.Nodes(), nil, nil, nil, settings)
	if err != nil {
		return err
	}
	known.Start(ctx.Done())
	return controller.Run(ctx)
}
