// A consumer and a provider in JavaScript, on the libraries of the published client: what it signs, sends and repeats, and how
// it verifies, as the contract has it. It says where its provider is, is told where the server is, and says what it found.

import assert from "node:assert/strict";
import http from "node:http";
import { createRequire } from "node:module";
import readline from "node:readline";

import stringify from "fast-json-stable-stringify";
import pRetry from "p-retry";
import { request } from "undici";

// What it offers as a module lacks a file.
const sodium = createRequire(import.meta.url)("libsodium-wrappers");
await sodium.ready;
const BASE64 = sodium.base64_variants.ORIGINAL;
const keys = sodium.crypto_sign_seed_keypair(Uint8Array.from({ length: 32 }, (_, place) => place));
const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const verified = [];
let server, agent, theirs;

// As a provider verifies: the bytes as they came, under the key that the directory shows on one line.
async function verify(headers, body) {
  const signer = headers["x-amorce-agent-id"];
  const found = await request(`${server}/api/v1/agents/${signer}/public-key`);
  const { public_key: pem } = await found.body.json();
  assert.ok(!pem.includes("\n"), "one line");
  const der = sodium.from_base64(pem.replace(/-----[A-Z ]+-----/g, ""), BASE64);
  const signature = sodium.from_base64(headers["x-agent-signature"], BASE64);
  assert.ok(sodium.crypto_sign_verify_detached(signature, body, der.slice(12)), "it verifies");
  return signer;
}

const provider = http.createServer(async (incoming, answer) => {
  const body = Buffer.concat(await incoming.toArray());
  try {
    verified.push([incoming.url.split("/").pop(), await verify(incoming.headers, body)]);
    const { data, payload } = JSON.parse(body);
    answer.end(JSON.stringify({ echo: data ?? payload }));
  } catch (error) {
    answer.writeHead(500).end(String(error));
  }
});

function headers(body, more = {}) {
  const signature = sodium.crypto_sign_detached(stringify(body), keys.privateKey);
  return {
    "X-Agent-Signature": sodium.to_base64(signature, BASE64),
    "X-Amorce-Agent-ID": agent,
    "Content-Type": "application/json",
    ...more,
  };
}

// Whatever is not below 400 is repeated three times, under one key.
async function transact(name, payload) {
  const body = { service_id: `srv-script-${name}`, consumer_agent_id: agent, payload, priority: "normal" };
  const sent = { method: "POST", headers: headers(body, { "X-Amorce-Idempotency": crypto.randomUUID() }), body: JSON.stringify(body) };
  const ask = async () => {
    const answer = await request(`${server}/v1/a2a/transact`, sent);
    if (answer.statusCode >= 400) {
      await answer.body.dump();
      throw Object.assign(new Error(`status ${answer.statusCode}`), { status: answer.statusCode });
    }
    return answer.body.json();
  };
  return pRetry(ask, { retries: 3, minTimeout: 1000, maxTimeout: 10000, randomize: true });
}

async function approvals(path, body) {
  const sent = body === undefined ? { headers: { "X-Amorce-Agent-ID": agent } } : { method: "POST", headers: headers(body), body: JSON.stringify(body) };
  const answer = await request(`${server}/api/v1/approvals${path}`, sent);
  assert.ok(answer.statusCode < 300, `${path}: ${answer.statusCode}`);
  return answer.body.json();
}

const requestApproval = (summary) =>
  approvals("", { summary, details: { wish: "é" }, timeout_seconds: 300, agent_id: agent, requested_at: new Date().toISOString() });
const submitApproval = (id, decision) =>
  approvals(`/${id}/submit`, { decision, approved_by: "user@example.com", comments: "ja – 好", timestamp: new Date().toISOString() });

const HARD = {
  name: "Zoë 😀",
  del: "a\u007fb",
  separator: "\u2028\u2029",
  lone: "\ud800x",
  numbers: [1e-7, 0.00001, 1e21, 0.1, 123456789.123, Number.MAX_SAFE_INTEGER, 5e-324],
  "😀": 1,
  "！": { é: null, b: [true, ""] },
};

provider.listen(0, "127.0.0.1", () => say({ provider: `http://127.0.0.1:${provider.address().port}` }));
({ server, agent, theirs } = JSON.parse((await lines.next()).value));

const hard = transact("echo", HARD).then(({ data, status, transaction_id: id }) => {
  assert.deepEqual([data, status, typeof id], [{ echo: HARD }, "success", "string"]);
});
const modes = ["context", "signed"].map(async (name) => {
  assert.deepEqual((await transact(name, { intent: "é" })).data, { echo: { intent: "é" } });
});
const odd = [["list", { value: [1, 2.5] }], ["text", { value: "hello" }], ["empty", null], ["slow", { late: true }]].map(
  async ([name, data]) => assert.deepEqual((await transact(name, {})).data, data, name),
);
const statuses = {};
const failures = ["fail", "refuse", "cut", "gone", "busy", "throttle", "none"].map(async (name) => {
  await assert.rejects(transact(name, {}), (error) => ((statuses[name] = error.status), true));
});
await Promise.all([hard, ...modes, ...odd, ...failures]);

// What the other client has asked for is seen and decided here, and the other way round.
assert.equal((await approvals(`/${theirs}`)).status, "pending");
assert.equal((await submitApproval(theirs, "approve")).status, "approved");
assert.equal((await approvals(`/${theirs}`)).comments, "ja – 好");
const { approval_id: ours } = await requestApproval("A table for four at the café");
say({ statuses, verified, ours });
provider.close();
process.exit(0);
