import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach } from "vitest";
import { HubServer } from "./hub-server.js";

/** A hub for all tests of a file or block. Each test starts without faults and with an empty cache. Read it inside tests only. */
export function useHub(): { readonly server: HubServer; readonly cacheDir: string } {
  const hub = {} as { server: HubServer; cacheDir: string };
  beforeAll(async () => {
    hub.server = await HubServer.start();
    return () => hub.server.stop();
  });
  beforeEach(() => {
    hub.server.reset();
    hub.cacheDir = mkdtempSync(join(tmpdir(), "hub-cache-"));
    const { cacheDir } = hub;
    return () => rmSync(cacheDir, { recursive: true, force: true });
  });
  return hub;
}
