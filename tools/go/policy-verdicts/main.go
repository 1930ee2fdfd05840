// Policy-verdicts says which connections NetworkPolicies allow, by the evaluator of
// kube-network-policies.
//
// It reads one JSON document a line: the namespaces, Pods and policies of a cluster, and
// connections. For each line it writes the verdicts, a JSON list of true and false in the order of
// the connections.
//
// As `policy-verdicts enforce <kubeconfig> <node>` it gives its verdicts to the packets of a node.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	_ "unsafe" // for go:linkname

	v1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// A packet has the layout of networkpolicy's own.
type packet struct {
	id      uint32
	family  v1.IPFamily
	srcIP   net.IP
	dstIP   net.IP
	proto   v1.Protocol
	srcPort int
	dstPort int
	payload []byte
}

// Evaluate is what the controller asks for the first packet of every connection.
//
//go:linkname evaluate sigs.k8s.io/kube-network-policies/pkg/networkpolicy.(*Controller).evaluatePacket
func evaluate(controller *networkpolicy.Controller, ctx context.Context, p packet) bool

type cluster struct {
	Namespaces  []*v1.Namespace
	Pods        []*v1.Pod
	Policies    []*networkingv1.NetworkPolicy
	Connections []connection
}

type connection struct {
	Source, Destination string
	Protocol            v1.Protocol
	Port                int
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "enforce" {
		if err := enforce(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	answers := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked cluster
		err := json.Unmarshal(lines.Bytes(), &asked)
		if err == nil {
			var verdicts []bool
			if verdicts, err = judge(asked); err == nil {
				err = answers.Encode(verdicts)
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Judge fills the stores that the controller reads, and asks it. No informer runs.
func judge(asked cluster) ([]bool, error) {
	client, err := kubernetes.NewForConfig(&rest.Config{})
	if err != nil {
		return nil, err
	}
	known := informers.NewSharedInformerFactory(client, 0)
	core, policies := known.Core().V1(), known.Networking().V1().NetworkPolicies()
	config := networkpolicy.Config{NodeName: "node"}
	controller, err := networkpolicy.NewController(
		client, policies, core.Namespaces(), core.Pods(), core.Nodes(), nil, nil, nil, config)
	if err != nil {
		return nil, err
	}
	for _, one := range asked.Namespaces {
		if err := core.Namespaces().Informer().GetStore().Add(one); err != nil {
			return nil, err
		}
	}
	for _, one := range asked.Pods {
		if err := core.Pods().Informer().GetStore().Add(one); err != nil {
			return nil, err
		}
	}
	for _, one := range asked.Policies {
		if err := policies.Informer().GetStore().Add(one); err != nil {
			return nil, err
		}
	}
	verdicts := make([]bool, len(asked.Connections))
	for index, one := range asked.Connections {
		verdicts[index] = evaluate(controller, context.Background(), packet{
			srcIP:   net.ParseIP(one.Source),
			dstIP:   net.ParseIP(one.Destination),
			proto:   one.Protocol,
			srcPort: 40000,
			dstPort: one.Port,
		})
	}
	return verdicts, nil
}
