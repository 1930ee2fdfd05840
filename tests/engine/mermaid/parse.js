// Reads a JSON list of Mermaid texts, and prints what Mermaid's own parser makes of each.
import { readFileSync } from "node:fs";
import { JSDOM } from "jsdom";

globalThis.window = new JSDOM("").window;
globalThis.document = globalThis.window.document;
const { default: mermaid } = await import("mermaid");
mermaid.initialize({ securityLevel: "strict" });

const parsed = [];
for (const text of JSON.parse(readFileSync(0, "utf8"))) {
  try {
    const { db, type } = await mermaid.mermaidAPI.getDiagramFromText(text);
    parsed.push({
      type,
      nodes: [...db.getVertices().values()].map(({ id, text, type, classes, link }) => ({
        id, text, shape: type, classes, link,
      })),
      edges: db.getEdges().map(({ start, end }) => [start, end]),
      groups: db.getSubGraphs().map(({ id, title, nodes }) => ({ id, title, nodes })),
    });
  } catch (error) {
    parsed.push({ error: error.message });
  }
}
process.stdout.write(JSON.stringify(parsed));
