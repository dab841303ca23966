import { execFile } from "node:child_process";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./processes.js";

const run = promisify(execFile);

/** PostgreSQL refuses to run as root; `nobody` has this number on Debian and most others. */
const NOBODY = 65_534;
const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

/** A PostgreSQL server with an empty database. */
export interface Postgres {
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** @param programs Folder with `initdb` and `pg_ctl`. */
export async function startPostgres(programs: string): Promise<Postgres> {
  const folder = await mkdtemp(join(tmpdir(), "pgvector-"));
  if (user.uid !== undefined) await chown(folder, user.uid, user.gid);
  const port = await freePort();
  // What a server writes must go to a file: a pipe that it keeps would never close.
  const postgres = (program: string, ...args: string[]) =>
    run(join(programs, program), args, { ...user, cwd: folder, env: { LC_ALL: "C", PATH: process.env.PATH } });
  const data = join(folder, "data");
  await postgres("initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync");
  const options = `-p ${port} -h 127.0.0.1 -k ${folder}`;
  await postgres("pg_ctl", "-D", data, "-l", join(folder, "log"), "-w", "-o", options, "start");
  return {
    url: `postgresql://postgres@127.0.0.1:${port}/postgres`,
    port,
    async stop() {
      await postgres("pg_ctl", "-D", data, "-m", "immediate", "stop");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
