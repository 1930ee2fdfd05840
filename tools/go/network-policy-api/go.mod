module k8s-endpoints/tools/network-policy-api

go 1.26

require sigs.k8s.io/network-policy-api v0.3.0 // indirect
