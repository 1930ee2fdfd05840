"""Hazards of a whole path, with the Pods, clients and routes of a Service.

`components/topology` finds them.
"""

from .declared import LOAD_BALANCER_PENDING, SELECTOR_REMOVED
from .hazard import Catalogue
from .policy_backends import POLICY_BACKEND_PORT, POLICY_BACKENDS_UNCOVERED
from .selection import SELECTOR_SELECTS_NOTHING
from .traffic import SERVICE_WITHOUT_ENDPOINTS

HAZARDS = Catalogue("The path to a Service")
SERVICE_MISSING = HAZARDS.hazard(
    "service-missing",
    "there is no Service {name} in namespace {namespace}{hint}: its name does not resolve",
    "create it, or look in the namespace that you meant",
    "There is no Service of that name in the namespace.",
)
SERVICE_TERMINATING = HAZARDS.hazard(
    "service-terminating",
    "the Service is being deleted, and waits for its finalizers ({finalizers})",
    "let the controllers of the finalizers finish, then create the Service again",
    "A Service that is being deleted waits for its finalizers.",
)
PODS_NOT_READY = HAZARDS.hazard(
    "pods-not-ready",
    "the selector matches {count}, and none is ready: {pod} {reason}",
    "{remedy}",
    "The selector of a Service matches Pods, none of which is ready.",
)
SLICE_OF_ANOTHER_SERVICE = HAZARDS.hazard(
    "slice-of-another-service",
    "no slice is labelled for the Service, and {slice} is labelled for {other}: its endpoints"
    " serve that one",
    "set the label kubernetes.io/service-name to {name}",
    "A slice is named after one Service and labelled for another.",
)
POLICY_DENIES_CLIENT = HAZARDS.hazard(
    "policy-denies-client",
    "{policies} let{s} {client} reach {reached} of {all} backends: connections to {address} fail",
    "{remedy}",
    "The NetworkPolicies that hold for a client do not let it reach the backends.",
)
INGRESS_CLASS_UNKNOWN = HAZARDS.hazard(
    "ingress-class-unknown",
    "the cluster has no IngressClass {name} (it has {known}): no controller serves the Ingress",
    "name a class that the cluster has, or install the controller of this one",
    "No controller serves an Ingress of a class that the cluster does not have.",
)

NO_POD_SELECTED = SELECTOR_SELECTS_NOTHING.saying(
    "no Pod of the namespace has these labels: {workload} has {labels}",
    "let the selector of the Service and the labels of the Pods agree",
)
NO_PODS = SELECTOR_SELECTS_NOTHING.saying(
    "no Pod of the namespace has these labels, nor any label of the selector",
    "start the workload in this namespace, or correct the selector",
)
NO_ENDPOINTS = SERVICE_WITHOUT_ENDPOINTS.saying(
    "no endpoint takes connections for {what}: they are refused",
    "give the Service an endpoint that is ready",
)
NO_ADDRESS_OF_LOAD_BALANCER = LOAD_BALANCER_PENDING.saying(
    "no load-balancer controller has given the Service an address: clients outside the cluster"
    " have none to connect to",
    "install a load-balancer controller, or read the events of the Service for its reason",
)
SLICE_LEFT_BEHIND = SELECTOR_REMOVED.saying(
    "the Service has no selector any more, and {slice} of {manager} still serves the Pods it had",
    "delete the slice",
)
BACKENDS_UNCOVERED = POLICY_BACKENDS_UNCOVERED.saying(
    "{policies} let{s} {client} reach {reached} of {all} backends, and no ipBlock holds"
    " {address}: connections to it fail",
    "add an ipBlock for {address} to the egress rules",
)
BACKEND_PORT_CLOSED = POLICY_BACKEND_PORT.saying(
    "{policies} let{s} {client} reach the address {address}, and not its port {ports}: connections"
    " to it fail",
    "allow port {ports}, which is that of the backends",
)
