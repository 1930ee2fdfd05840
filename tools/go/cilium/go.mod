module k8s-endpoints/tools/cilium

go 1.26

require github.com/cilium/cilium v1.18.2 // indirect
