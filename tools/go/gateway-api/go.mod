module k8s-endpoints/tools/gateway-api

go 1.26

require sigs.k8s.io/gateway-api v1.7.0 // indirect
