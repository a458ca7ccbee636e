// A client with the types that openapi-typescript makes of openapi.json: it has to compile as it stands.
import type { components, operations, paths } from "./types.js";

const workflow: components["schemas"]["CreateWorkflowRequest"] = { name: "one", env_name: "qa" };
const address: operations["cancel-task"]["parameters"] = { path: { id: 16, pipeline: "one" }, query: {} };
const route: keyof paths = "/workflow/workflowtask/id/{id}/pipelines/{pipeline}";

type Cancelled = operations["cancel-task"]["responses"];
const done: Cancelled[200]["content"]["application/json"] = { message: "success" };

function told(refused: Cancelled[400]["content"]["application/json"]): string {
  return refused.code === 6163 ? refused.description : refused.message;
}

export { address, done, route, told, workflow };
