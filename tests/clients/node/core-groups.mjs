// The core groups through `@vapi-ai/server-sdk` 2.0.1. Usage: core-groups.mjs BASE_URL TOKEN MODEL_URL
// It prints, as JSON, how many methods it used in each group.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { VapiClient } from "@vapi-ai/server-sdk";

const [baseUrl, token, modelUrl] = process.argv.slice(2);
const MISSING = "7d3d3a6c-0000-4000-8000-000000000000";
const ANSWER = "Très bien, c'est noté.";
const installed = new URL("./node_modules/@vapi-ai/server-sdk/package.json", import.meta.url);
assert.equal(JSON.parse(readFileSync(installed)).version, "2.0.1");

const client = new VapiClient({ token, baseUrl });
const used = {};

/** The client, counting the methods used; answers that are no JSON objects or lists are refused. */
const sdk = new Proxy(client, {
  get: (whole, group) =>
    new Proxy(whole[group], {
      get: (methods, name) => async (...given) => {
        const answer = await methods[name](...given);
        assert.ok(answer !== null && typeof answer === "object", `${group}.${name}: ${answer}`);
        assert.notEqual(answer.ok, false, `${group}.${name}: ${JSON.stringify(answer)}`);
        (used[group] ??= new Set()).add(name);
        return answer;
      },
    }),
});

const refused = (status, asked) =>
  assert.rejects(asked, (error) => {
    assert.equal(error.statusCode, status, `${error}`);
    assert.equal(error.body.statusCode, status);
    return true;
  });

/** Created, read, listed, changed and deleted. */
async function life(group, methods, body, changes, pathOf = (id) => ({ id })) {
  const [create, get, list, update, remove] = methods.map((name) => sdk[group][name]);
  const made = await create(body);
  assert.ok(made.id && made.orgId && made.createdAt && made.updatedAt, group);
  assert.deepEqual((await get(pathOf(made.id))).id, made.id);
  const listed = await list({ limit: 100 });
  const items = Array.isArray(listed) ? listed : listed.results;
  assert.ok(items.some((one) => one.id === made.id), `${group} lists what was made`);
  if (!Array.isArray(listed)) assert.equal(typeof listed.metadata.totalItems, "number");
  const changed = await update({ ...pathOf(made.id), ...changes });
  assert.equal(changed.id, made.id);
  const shown = JSON.stringify(changed);
  for (const value of Object.values(changes.body ?? changes)) {
    if (typeof value === "string" && value !== "false") assert.ok(shown.includes(value), `${group}: ${value}`);
  }
  assert.equal((await remove(pathOf(made.id))).id, made.id);
  await refused(404, client[group][methods[1]](pathOf(MISSING)));
  return made;
}

const CRUD = ["create", "get", "list", "update", "delete"];
const model = { provider: "custom-llm", model: "local", url: modelUrl };
const assistant = await sdk.assistants.create({ name: "Accueil", model, firstMessage: "Bonjour !" });
assert.equal(assistant.model.provider, "custom-llm");

await life("assistants", CRUD, { name: "A", voice: { provider: "11labs", voiceId: "sarah" } }, { firstMessage: "Bonsoir" });
await life("squads", CRUD, { members: [{ assistantId: assistant.id }] }, {
  members: [{ assistantId: assistant.id }],
  name: "Équipe",
});
await life("tools", CRUD, { type: "function", function: { name: "horaires" } }, {
  body: { type: "function", function: { name: "ouverture" } },
});
await life("phoneNumbers", CRUD, { provider: "vapi", assistantId: assistant.id }, {
  body: { provider: "vapi", name: "Standard" },
});
await life("sessions", CRUD, { assistantId: assistant.id }, { name: "Claire" });

const uploaded = await sdk.files.create({
  file: new File(["La bouillabaisse est à 24 euros."], "carte.txt", { type: "text/plain" }),
});
assert.equal(uploaded.originalName, "carte.txt");
assert.equal((await sdk.files.get({ id: uploaded.id })).id, uploaded.id);
assert.equal((await sdk.files.update({ id: uploaded.id, name: "La carte" })).name, "La carte");
assert.equal((await sdk.files.list({})).length, 1);
assert.equal((await sdk.files.delete({ id: uploaded.id })).id, uploaded.id);

const call = await sdk.calls.create({
  assistantId: assistant.id,
  transport: {
    provider: "vapi.websocket",
    audioFormat: { format: "pcm_s16le", container: "raw", sampleRate: 16000 },
  },
});
assert.equal(call.type, "vapi.websocketCall");
assert.match(call.transport.websocketCallUrl, /^wss?:/);
assert.equal((await sdk.calls.get({ id: call.id })).status, "queued");
assert.equal((await sdk.calls.update({ id: call.id, name: "Essai" })).name, "Essai");
assert.equal((await sdk.calls.list({ assistantId: assistant.id })).length, 1);
await refused(404, client.calls.get({ id: MISSING }));
await refused(400, client.calls.create({}));

const chat = await sdk.chats.create({ assistantId: assistant.id, input: "Bonjour", stream: false });
assert.equal(chat.output[0].content, ANSWER);
const next = await sdk.chats.create({ assistantId: assistant.id, input: "Encore", previousChatId: chat.id });
assert.equal((await sdk.chats.list({ limit: 1 })).results[0].id, next.id);
assert.equal((await sdk.chats.get({ id: chat.id })).id, chat.id);
const response = await sdk.chats.createResponse({ assistantId: assistant.id, input: "Bonsoir", stream: false });
assert.equal(response.output[0].content[0].text, ANSWER);
assert.equal((await sdk.chats.delete({ id: chat.id })).id, chat.id);

const outputs = ["Create", "FindOne", "FindAll", "Update", "Remove"].map((verb) => `structuredOutputController${verb}`);
await life("structuredOutputs", outputs, { name: "Nom", schema: { type: "object", properties: { nom: { type: "string" } } } }, {
  schemaOverride: "false",
  name: "Le nom",
});

const counted = await sdk.analytics.get({
  queries: [{ table: "call", name: "Appels", operations: [{ operation: "count", column: "id" }] }],
});
assert.equal(counted[0].name, "Appels");
assert.equal(counted[0].result[0].countId, 1);

await refused(400, client.assistants.create({ name: "x".repeat(41) }));
await refused(401, new VapiClient({ token: "nobody", baseUrl, maxRetries: 0 }).assistants.list());
process.stdout.write(JSON.stringify(Object.fromEntries(Object.entries(used).map(([name, all]) => [name, all.size]))));
