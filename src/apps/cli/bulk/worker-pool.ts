import { type ChildProcess, fork } from "node:child_process";
import { onAbort } from "../../../abort.js";
import { CliError } from "../failure.js";
import type { FromWorker, WorkerSetup, WorkerTask } from "./worker-protocol.js";

interface Pending {
  resolve: (scores: number[]) => void;
  reject: (error: unknown) => void;
}

interface Member {
  process: ChildProcess;
  pending: Map<number, Pending>;
  /** Why the process has ended, or could not be started. */
  ended: CliError | undefined;
}

/** Processes that score queries in parallel. */
export class WorkerPool {
  readonly #members: Member[];
  readonly #stopListening: () => void;
  #nextId = 0;

  /**
   * Starts the processes, which load the model at once.
   *
   * @param signal Ends the processes; what is under way rejects with the signal's reason.
   */
  constructor(count: number, setup: WorkerSetup, signal: AbortSignal) {
    this.#members = Array.from({ length: count }, () => startMember(setup));
    this.#stopListening = onAbort(signal, () => this.#end(signal.reason));
  }

  /** Gives a query to the process with the least to do. @throws CliError when it cannot be scored. */
  score(task: WorkerTask): Promise<number[]> {
    const member = this.#members.reduce((least, next) => (next.pending.size < least.pending.size ? next : least));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      if (member.ended) return reject(member.ended);
      member.pending.set(id, { resolve, reject });
      // What cannot be sent is rejected with the reason why the process has ended, which is known in a moment.
      member.process.send({ id, task }, () => {});
    });
  }

  close(): void {
    this.#stopListening();
    this.#end(new CliError("the run has ended."));
  }

  #end(reason: unknown): void {
    for (const { process, pending } of this.#members) {
      for (const { reject } of pending.values()) reject(reason);
      pending.clear();
      process.kill("SIGKILL");
    }
  }
}

/**
 * A young generation of 12 MB, and an old one that is collected from 16 MB on and then with every 2 MB more. Larger ones fill up with garbage
 * in a long run, without making it faster; a young one of 3 MB takes 4% more CPU time with a tiny model.
 */
const SMALL_HEAP = ["--min-semi-space-size=4", "--max-semi-space-size=4", "--initial-old-space-size=16"];

function startMember(setup: WorkerSetup): Member {
  const child = fork(new URL("./bulk-worker.js", import.meta.url), [], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // glibc would give each thread an arena of its own, and leaves gaps in all of them.
    env: { MALLOC_ARENA_MAX: "1", ...process.env },
    execArgv: [...process.execArgv, ...SMALL_HEAP],
  });
  const member: Member = { process: child, pending: new Map(), ended: undefined };
  // The process may be ended before it has read this, by a mistake in the inputs.
  child.send({ setup }, () => {});
  child.on("message", (message: FromWorker) => {
    const pending = member.pending.get(message.id);
    member.pending.delete(message.id);
    if ("scores" in message) pending?.resolve(message.scores);
    else pending?.reject(new CliError(message.error.message, message.error.exitCode));
  });
  const end = (what: string, cause?: unknown) => {
    member.ended = new CliError(`a worker process ${what}; run the command again to resume.`, undefined, { cause });
    for (const { reject } of member.pending.values()) reject(member.ended);
    member.pending.clear();
  };
  child.on("exit", (code, signal) => end(`ended with ${signal ?? `code ${code}`}`));
  child.on("error", (cause) => {
    // Other errors are followed by the end of the process.
    if (child.pid === undefined) end(`could not be started (${cause.message})`, cause);
  });
  return member;
}
