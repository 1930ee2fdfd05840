// Rendered by cdk8s in TypeScript, compiled.
const { App, Chart, ApiObject } = require("cdk8s");

const count = Number(process.argv[2]);
const app = new App({ outdir: "dist" });
const chart = new Chart(app, "bench");
for (let i = 0; i < count; i++) {
  const name = `svc-${i}`;
  new ApiObject(chart, `Service${name}`, {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "bench" },
    spec: { ports: [{ name: "http", port: 80, protocol: "TCP", targetPort: 8080 }] },
  });
  const endpoints = [];
  for (let n = 1; n <= 10; n++) {
    endpoints.push({
      addresses: [`10.${1 + Math.floor(i / 250)}.${i % 250}.${n}`],
      conditions: { ready: true, serving: true, terminating: false },
    });
  }
  new ApiObject(chart, `EndpointSlice${name}`, {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: `${name}-ipv4`,
      namespace: "bench",
      labels: {
        "kubernetes.io/service-name": name,
        "endpointslice.kubernetes.io/managed-by": "hand",
      },
    },
    addressType: "IPv4",
    endpoints,
    ports: [{ name: "http", port: 8080, protocol: "TCP" }],
  });
}
app.synth();
