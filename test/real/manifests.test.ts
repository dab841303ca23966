import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, inject, it } from "vitest";

const { path, reason } = inject("installed")["kubernetes-validate"];
const at = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const FOLDER = at("examples/scale-out/kubernetes");
const MANIFESTS = [...readdirSync(FOLDER).map((file) => join(FOLDER, file)), at("examples/scale-out/compose.yaml")];

/** The schemas of KubeRay and Compose are in no package; a person names the files. */
const { KUBERAY_CRD, COMPOSE_SCHEMA } = process.env;
const GIVEN = [
  ...(KUBERAY_CRD ? ["--kuberay-crd", KUBERAY_CRD] : []),
  ...(COMPOSE_SCHEMA ? ["--compose-schema", COMPOSE_SCHEMA] : []),
];

function check(files: readonly string[]): Promise<{ stdout: string }> {
  return promisify(execFile)(path ?? "", [at("scripts/check-manifests/check.py"), ...GIVEN, ...files]);
}

describe.skipIf(reason)(`manifests${reason ? ` (${reason})` : ""}`, () => {
  it("every manifest of the scale-out example is valid for the oldest and the newest Kubernetes", async () => {
    const { stdout } = await check(MANIFESTS);
    console.warn(stdout);
    for (const kind of ["Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Job", "RayService"])
      expect(stdout).toMatch(new RegExp(`: ${kind}: .*Kubernetes 1\\.34 and 1\\.37`));
  });

  it.each([
    ["serve.yaml", "periodSeconds: 5", "periodSecond: 5"],
    ["rayservice.yaml", "containerPort: 6379", "containerPort: six"],
  ])("a mistake in %s is found", async (file, right, wrong) => {
    const folder = mkdtempSync(join(tmpdir(), "manifests-"));
    const changed = readFileSync(join(FOLDER, file), "utf8").replace(right, wrong);
    expect(changed).toContain(wrong);
    writeFileSync(join(folder, file), changed);
    const failure = (await check([join(folder, file)]).catch((error: unknown) => error)) as { stdout: string };
    expect(failure).toMatchObject({ code: 1, stdout: expect.stringContaining("INVALID") });
    rmSync(folder, { recursive: true, force: true });
  });
});
