"""The simulation by kwok, as its `Stage` objects: fake nodes, fake Pods, and load balancers.

kwok 0.8 simulates nodes and Pods by itself only if no stage is given, so all of them are here.
"""

RUNS_PODS = "runs-pods"
"""The name of a node whose Pods another program runs, so that kwok ignores them."""

_NODE = """\
---
kind: Stage
apiVersion: kwok.x-k8s.io/v1alpha1
metadata: {name: node-ready}
spec:
  resourceRef: {apiGroup: v1, kind: Node}
  selector:
    matchExpressions:
    - key: '.status.conditions.[] | select(.type == "Ready") | .status'
      operator: NotIn
      values: ["True"]
  next:
    statusTemplate: |
      phase: Running
      conditions:
      - type: Ready
        status: "True"
        reason: Fake
        message: nothing runs on this node
        lastHeartbeatTime: {{ Now | Quote }}
        lastTransitionTime: {{ Now | Quote }}
"""
"""The stages of nodes. A lease, which kwok renews, keeps a node ready."""

_PODS = """\
---
kind: Stage
apiVersion: kwok.x-k8s.io/v1alpha1
metadata: {name: pod-ready}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions:
    - {key: '.metadata.deletionTimestamp', operator: DoesNotExist}
    - {key: '.status.phase', operator: In, values: ["Pending"]}
    - {key: '.spec.nodeName', operator: NotIn, values: ["RUNS_PODS"]}
  next:
    statusTemplate: |
      {{ $now := Now | Quote }}
      {{ $ready := "True" }}
      {{ if .spec.readinessGates }}{{ $ready = "False" }}{{ end }}
      phase: Running
      startTime: {{ $now }}
      conditions:
      {{ range $type := list "Initialized" "ContainersReady" }}
      - {type: {{ $type }}, status: "True", lastTransitionTime: {{ $now }}}
      {{ end }}
      - {type: Ready, status: {{ $ready | Quote }}, lastTransitionTime: {{ $now }}}
      containerStatuses:
      {{ range .spec.containers }}
      - name: {{ .name | Quote }}
        image: {{ .image | Quote }}
        ready: true
        started: true
        restartCount: 0
        state: {running: {startedAt: {{ $now }}}}
      {{ end }}
      {{ $uid := or .metadata.uid "" }}
      {{ $name := or .metadata.name "" }}
      {{ $namespace := or .metadata.namespace "" }}
      {{ $onHost := or .spec.hostNetwork false }}
      {{ with PodIPWith .spec.nodeName $onHost $uid $name $namespace }}
      podIP: {{ . | Quote }}
      podIPs: [{ip: {{ . | Quote }}}]
      {{ end }}
---
kind: Stage
apiVersion: kwok.x-k8s.io/v1alpha1
metadata: {name: pod-of-a-job-succeeds}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions:
    - {key: '.metadata.deletionTimestamp', operator: DoesNotExist}
    - {key: '.status.phase', operator: In, values: ["Running"]}
    - {key: '.metadata.ownerReferences.[].kind', operator: In, values: ["Job"]}
    - {key: '.spec.nodeName', operator: NotIn, values: ["RUNS_PODS"]}
  next:
    statusTemplate: |
      phase: Succeeded
---
kind: Stage
apiVersion: kwok.x-k8s.io/v1alpha1
metadata: {name: pod-ends}
spec:
  resourceRef: {apiGroup: v1, kind: Pod}
  selector:
    matchExpressions:
    - {key: '.metadata.deletionTimestamp', operator: Exists}
  next: {delete: true}
"""
"""The stages of Pods. A Pod with readiness gates is never ready, because nothing sets their
conditions."""

_LOAD_BALANCERS = """\
---
kind: Stage
apiVersion: kwok.x-k8s.io/v1alpha1
metadata: {name: service-load-balancer}
spec:
  resourceRef: {apiGroup: v1, kind: Service}
  selector:
    matchExpressions:
    - {key: '.spec.type', operator: In, values: ["LoadBalancer"]}
    - {key: '.status.loadBalancer.ingress', operator: DoesNotExist}
  delay: {durationMilliseconds: 200}
  next:
    statusTemplate: |
      loadBalancer:
        ingress:
        {{ $number := mod (adler32sum .metadata.uid | int64) 254 }}
        - ip: {{ printf "203.0.113.%d" (add 1 $number) | Quote }}
          ipMode: VIP
"""
"""The stages of load balancers. Their addresses are simulated; nothing answers on them."""


def stages(*, load_balancer: bool) -> str:
    """Return the stages as YAML documents that follow others.

    Args:
        load_balancer: Whether Services of type LoadBalancer get an address.
    """
    pods = _PODS.replace("RUNS_PODS", RUNS_PODS)
    return _NODE + pods + (_LOAD_BALANCERS if load_balancer else "")
