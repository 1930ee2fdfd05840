"""What type checkers report: each line that ends in `refused`, and no other. Nothing is run."""

from k8s_endpoints.testing import render

from k8s_endpoints import EgressPolicy, ExternalNameService, ExternalService, SelectorService

ExternalService("a", {"preset": "postgress"})  # refused
ExternalService("c", {"adresses": ["192.0.2.10"]})  # refused
ExternalService("d", {"ports": [{"port": "5432"}]})  # refused
ExternalService("e", {"ports": [{"name": "pg"}]})  # refused
ExternalService("f", {"type": "ExternalName"})  # refused
ExternalService("g", {"endpoint_api": "endpoints"})  # refused
ExternalService("h", {"backends": [{"address": "192.0.2.10", "state": "draining"}]})  # refused
ExternalService("i", {"backends": [{"id": "db-1"}]})  # refused
ExternalService("j", {"ports": [{"port": 53, "protocol": "udp"}]})  # refused
ExternalNameService("l", {})  # refused
SelectorService("m", {"selector": {"app": 1}, "ports": [{"port": 80}]})  # refused
EgressPolicy("n", {"to": [{"preset": "postgres"}]})  # refused
render("a program")  # refused
