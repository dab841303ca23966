import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { launch } from "./processes.js";

/** The name under which the router calls the replicas; see nginx.conf. */
const UPSTREAM = "rerank-replicas";

/** One `langchain-rerank serve`, which can be ended and started again on its port. */
export class Replica {
  /** @type {import("./processes.js").Running | undefined} */
  #process;
  /** What its earlier processes have written. */
  #log = "";
  /** @type {readonly string[]} */
  #args;

  /**
   * @param {number} port
   * @param {readonly string[]} [args] more arguments of `serve`
   * @param {string} [cli] the command's file; that of the installed package when left out
   */
  constructor(port, args = [], cli = installedCli()) {
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.#args = [cli, "serve", "--port", `${port}`, "--allowed-host", UPSTREAM, "--log-requests", ...args];
  }

  /** The process that runs now. */
  get pid() {
    return this.#process?.pid;
  }

  /** What it has written, restarts included. */
  get log() {
    return this.#log + (this.#process?.log() ?? "");
  }

  async start() {
    this.#process = await launch(process.execPath, this.#args, { health: `${this.url}/health` });
  }

  /**
   * Ends it. On SIGTERM it takes no new requests, finishes those under way and exits with 0.
   *
   * @param {NodeJS.Signals} [signal]
   */
  async stop(signal = "SIGTERM") {
    const code = await this.#process?.stop(signal);
    this.#log = this.log;
    this.#process = undefined;
    return code;
  }
}

function installedCli() {
  const packageJson = createRequire(import.meta.url).resolve("langchain-rerank/package.json");
  return join(dirname(packageJson), "dist/cli.js");
}
