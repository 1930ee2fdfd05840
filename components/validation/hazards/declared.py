"""Hazards that follow from arguments of components, live objects and the last deployment.

Hazards of the manifests that these arguments render are in the other modules of this folder.
"""

from .hazard import Catalogue

HAZARDS = Catalogue("Components")
NO_API_PROXY = HAZARDS.note(
    "no-api-proxy",
    "the API server's proxy and `kubectl port-forward` do not reach external endpoints",
    "test from a Pod, such as `kubectl run -it --rm --image=busybox sh`",
)
LOAD_BALANCER_IGNORES = HAZARDS.hazard(
    "load-balancer-ignores",
    "some load-balancer controllers ignore endpoints that are not Pods: AWS with ip targets,"
    " MetalLB in layer 2 mode, GKE with NEGs",
    "use instance targets, or put a gateway in front of a ClusterIP",
)
LOAD_BALANCER_PENDING = HAZARDS.hazard(
    "load-balancer-pending",
    "nothing waits for the load balancer's address, and without a load-balancer controller"
    " there never is one",
    "set `await_ready` to wait for it",
)
LOAD_BALANCER_AWAITED = HAZARDS.hazard(
    "load-balancer-awaited",
    "`pulumi up` waits up to 10 minutes for the load balancer's address, and fails without a"
    " load-balancer controller",
    "set `await_ready` to False where there is none",
)
NODE_SNAT = HAZARDS.hazard(
    "node-snat",
    "connections through a node port or load balancer reach the backends from the nodes'"
    " addresses, not from the clients'",
    "let the backends' firewalls and access lists take the nodes' addresses",
)
LOAD_BALANCER_IP = HAZARDS.hazard(
    "load-balancer-ip",
    "loadBalancerIP is deprecated since Kubernetes 1.24, and a load-balancer controller that"
    " does not know it picks another address without an error",
    "use the annotation that your controller documents, if it has one",
)
EXTERNAL_IPS = HAZARDS.hazard(
    "external-ips",
    "externalIPs is deprecated since Kubernetes 1.36, because a Service can take the traffic"
    " of any address with it (CVE-2020-8554): clusters may refuse it (admission plugin"
    " DenyServiceExternalIPs) or no longer implement it",
    "use ServiceType.LOAD_BALANCER with a load-balancer controller",
)
EXTERNAL_IPS_HEADLESS = HAZARDS.hazard(
    "external-ips-headless",
    "external IPs have no effect on a headless Service: nodes take no traffic for it",
    "leave `external_ips` out, or do not set `headless`",
)
EXTERNAL_IP_IS_BACKEND = HAZARDS.hazard(
    "external-ip-is-backend",
    "an external IP is the address of a backend: the cluster's own connections to that"
    " backend are spread over all of them",
    "leave it out of `external_ips`: backends are `addresses` or `backends`",
)
EXTERNAL_IP_UNSERVED = HAZARDS.hazard(
    "external-ip-unserved",
    "the cluster did not give the Service the IP family of some external IPs: nodes"
    " take no traffic for them",
    "name the family in `ip_families`, on a cluster that has it",
)
PUBLISH_NOT_READY = HAZARDS.hazard(
    "publish-not-ready",
    "Pods that are not ready are published, and connections to them may be refused",
    "leave `publish_not_ready_addresses` out, unless Pods must find each other while they start",
)
ID_GIVEN = HAZARDS.hazard(
    "id-given",
    "an address has moved from one live slice to another, because its backend was given another"
    " `id` or other `ports`: for a moment it may be in neither",
    "give a backend its `id` before there are several slices, or while it is drained",
)
SELECTOR_REMOVED = HAZARDS.hazard(
    "selector-removed",
    "the Endpoints and EndpointSlices of the controllers stay when a selector is removed, and keep"
    " sending traffic to its Pods",
    "delete the Endpoints with the Service's name, and the Service's EndpointSlices"
    " that endpointslice-controller.k8s.io manages",
)
PORT_RENAMED = HAZARDS.hazard(
    "port-renamed",
    "a port gets another name: its connections are refused for some tens of milliseconds, because"
    " kube-proxy matches Service and slices by port name, and the two are written one after the"
    " other",
    "declare the port under both names, with two numbers, and move the clients; or accept it",
)
MIGRATION_DRAINED = HAZARDS.hazard(
    "migration-drained",
    "all external backends are draining: kube-proxy keeps sending connections to them while no"
    " other"
    " is ready, but Ingress controllers, Gateways, meshes and DNS servers that read"
    " EndpointSlices themselves use only ready addresses, and there are none",
    "where such readers are in front of the Service, stay in phase EXTERNAL and go through"
    " HYBRID; or"
    " leave this phase as soon as Pods are ready to take over",
)
AFFINITY = HAZARDS.hazard(
    "affinity-dead-backend",
    "with session affinity a client stays with its backend even when that is dead, because"
    " nothing checks the health of external endpoints",
    "put a health-checking address in front, or leave `session_affinity` out",
)
ENDPOINTS_LOSE_ZONES = HAZARDS.hazard(
    "endpoints-lose-zones",
    "legacy Endpoints hold no zones and no hints: `zone` and `for_zones` have no effect",
    "use EndpointApi.SLICES or EndpointApi.BOTH",
)
CO_OWNED = HAZARDS.hazard(
    "co-owned",
    "another field manager also owns fields of this Service: it existed before, or was changed"
    " by hand",
    "`kubectl get service -o yaml --show-managed-fields` shows which",
)
EXTERNAL_NAME_TLS = HAZARDS.hazard(
    "external-name-tls",
    "clients ask for the Service's name: a TLS certificate for the external name does not match it",
    "let clients verify the external name, or connect to it directly",
)
EXTERNAL_NAME_HOST = HAZARDS.hazard(
    "external-name-host",
    "clients send the Service's name as the HTTP Host header, which the external server may not"
    " know",
    "let clients send the external name, or connect to it directly",
)
BUDGET_BLOCKS = HAZARDS.hazard(
    "budget-blocks",
    "the PodDisruptionBudget requires all Pods to stay: no node that runs one can be drained",
    "keep `min_available` below `replicas`, with `autoscaling` below `min_replicas`",
)
AUTOSCALING_BLIND = HAZARDS.hazard(
    "autoscaling-blind",
    "the autoscaler compares usage with requests, and the container requests nothing:"
    " it never scales",
    "request `cpu`, or `memory` for `memory_percent`, in `resources`",
)
INGRESS_NGINX_RETIRED = HAZARDS.hazard(
    "ingress-nginx-retired",
    "ingress-nginx has been retired since March 2026: security holes found in it stay open",
    'give `api` as "Gateway" and use a controller of the Gateway API, or another class; this is not'
    " about other controllers of class nginx, such as that of NGINX Inc.",
)
BACKEND_TLS_UNVERIFIED = HAZARDS.hazard(
    "backend-tls-unverified",
    "the controller accepts every certificate of a backend with `verify` False: who can answer in"
    " its place can read and change requests",
    "give the CA of its certificate, or a self-signed certificate itself, as `ca_config_map` or"
    " `ca_secret`, and leave `verify` out",
)
EGRESS_ISOLATED = HAZARDS.note(
    "egress-isolated",
    "the selected Pods reach nothing but what this policy and others that select them allow",
    "allow everything else that they need, such as the API server, in `to` or in a policy of your"
    " own: policies add up",
)
EGRESS_UNENFORCED = HAZARDS.note(
    "egress-unenforced",
    "a cluster whose network plugin does not implement policies of this kind stores the policy and"
    " allows every connection",
    "in each cluster, test once that a connection which the policy does not allow fails",
)
EGRESS_IN_CLUSTER = HAZARDS.note(
    "egress-in-cluster-address",
    "some plugins, such as Cilium by default, do not match the addresses of nodes and Pods with"
    " an ipBlock",
    "select Pods by their labels; for nodes set Cilium's `policy-cidr-match-mode`",
)
EGRESS_IN_PLACE = HAZARDS.hazard(
    "egress-in-place",
    "the policy has a fixed name and is updated in place: an address that is taken out is denied"
    " while Services still serve it, and without `depends_on` a new one is served before it is"
    " allowed",
    "give plain addresses and no `policy_name`: a changed policy is then a second one beside the"
    " old one",
)
EGRESS_RESOLVED = HAZARDS.hazard(
    "egress-resolved",
    "the addresses are those that a DNS name had when the program ran: when they change, Pods that"
    " resolve the name themselves are denied",
    "let the Pods connect to the Service of these backends, and run `pulumi up` on a schedule",
)
EGRESS_SHARED_ADDRESS = HAZARDS.hazard(
    "egress-shared-address",
    "network plugins allow the addresses in the DNS answers for a name: every other name at"
    " one of these addresses, such as another customer of the same CDN, is allowed as well",
    "allow only names that do not share their addresses, or accept this",
)
EGRESS_ACCEPTS_ONLY = HAZARDS.note(
    "egress-accepts-only",
    "the policy accepts connections and denies none: all others are as free as without it",
    "set `deny_others`, unless another policy of the cluster denies them",
)
EGRESS_OVERRULES = HAZARDS.note(
    "egress-overrules",
    "the selected Pods reach nothing but what policies of tier Admin accept: what NetworkPolicies"
    " allow beside that is denied",
    "allow everything else that they need in `to`, or set the tier to `EgressTier.BASELINE`",
)
EGRESS_EXPERIMENTAL = HAZARDS.note(
    "egress-experimental",
    "DNS names in a ClusterNetworkPolicy are experimental: a cluster with its standard custom"
    " resource refuses the policy, and a network plugin that does not know names allows nothing by"
    " them",
    "install the experimental custom resource, and try each name once in each cluster",
)
