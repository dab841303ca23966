import { Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { answer } from "../models/hub-server.js";
import { useHub } from "../models/use-hub.js";
import { load } from "./load.js";

const { downloadWithBar } = await load<{
  downloadWithBar(name: string, options?: { acceptLicense?: boolean; stream?: Writable }): Promise<void>;
}>("lib/download-with-bar.js");

const TINY = fileURLToPath(new URL("../fixtures/tiny-models/bert-one-logit", import.meta.url));
const hub = useHub();
let shown: string;
const stream = new Writable({
  write(chunk, _, done) {
    shown += chunk;
    done();
  },
});

beforeEach(() => {
  shown = "";
  vi.stubEnv("HF_ENDPOINT", hub.server.endpoint);
  vi.stubEnv("HF_HUB_CACHE", hub.cacheDir);
  vi.stubEnv("HF_HUB_OFFLINE", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

it("fills a bar to the end and leaves the line; shows nothing for what is there already", async () => {
  hub.server.publishFolder("someone/tiny", TINY);
  await downloadWithBar("someone/tiny", { stream });
  const states = shown.split("\r").slice(1);
  expect(states.at(-1)).toMatch(/^█{28} 100% {2}0\.\d of 0\.\d MB {2}someone\/tiny\n$/);
  const shares = states.map((state) => Number(/(\d+)%/.exec(state)?.[1]));
  expect(shares).toEqual([...shares].sort((a, b) => a - b));

  shown = "";
  await downloadWithBar("someone/tiny", { stream });
  expect(shown).toBe("");
});

it("downloads nothing for a bundled model", async () => {
  await downloadWithBar("rerank-en-v1", { stream });
  expect(hub.server.requests).toEqual([]);
});

it("passes on the message of a failed download", async () => {
  hub.server.hubFaults = [answer(404)];
  await expect(downloadWithBar("someone/tiny", { stream })).rejects.toThrow("someone/tiny");
});

it("reports that a license has to be accepted", async () => {
  await expect(downloadWithBar("jinaai/jina-reranker-v2-base-multilingual", { stream })).rejects.toThrow(
    "CC-BY-NC-4.0",
  );
});
