import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A server in a process of its own. */
export interface RunningServer {
  url: string;
  port: number;
  /** Everything it has written so far. */
  log: () => string;
  stop: () => Promise<void>;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts a program and waits until it answers.
 *
 * @param args Its arguments, given the port.
 * @param health Path that answers 200 once it is ready, or a function that is true then, given the address; it may reject before.
 * @param patience Milliseconds to wait for it.
 * @throws When it ends first, or is not ready in time; with what it wrote.
 */
export async function startProcess(
  program: string,
  args: (port: number) => readonly string[],
  health: string | ((url: string) => Promise<boolean>),
  environment: (port: number) => Record<string, string> = () => ({}),
  patience = 120_000,
): Promise<RunningServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, args(port), {
    env: { ...process.env, ...environment(port) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part: Buffer) => {
      written = (written + part).slice(-200_000);
    });
  }
  const deadline = Date.now() + patience;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}:\n${written.slice(-3000)}`);
    const asked = typeof health === "string" ? fetch(url + health).then(({ ok }) => ok) : health(url);
    const ready = await asked.catch(() => false);
    if (ready) break;
    if (Date.now() > deadline) {
      await stop(child);
      throw new Error(`${program} was not ready in time:\n${written.slice(-3000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return { url, port, log: () => written, stop: () => stop(child) };
}

/** Starts llama.cpp's server over one model. One thread: more of them wait for one another at every step of a model this small. */
export function startLlamaServer(program: string, model: string, more: readonly string[]): Promise<RunningServer> {
  const limits = ["-c", "2048", "-b", "512", "-ub", "512", "-t", "1"];
  return startProcess(
    program,
    (port) => ["-m", model, ...limits, "--host", "127.0.0.1", "--port", `${port}`, ...more],
    "/health",
  );
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  const impatient = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await exit;
  clearTimeout(impatient);
}
