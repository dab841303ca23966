"""Checks manifests against the schemas of Kubernetes, KubeRay and Compose, without a cluster and without a network.

    pip install kubernetes-validate==1.37.0
    python scripts/check-manifests/check.py [--kuberay-crd FILE] [--compose-schema FILE] MANIFEST…

kubernetes-validate brings Kubernetes' schemas. The other two come from their repositories, and parts are skipped without them:
ray-operator/config/crd/bases/ray.io_rayservices.yaml of github.com/ray-project/kuberay (checked: v1.7.0), and
schema/compose-spec.json of github.com/compose-spec/compose-spec (checked: 170098b). Exit status 1 when a manifest is not valid.
"""

import argparse
import json
import sys
from pathlib import Path

import jsonschema
import kubernetes_validate
import yaml

# The oldest and the newest version of Kubernetes that the manifests are for.
VERSIONS = ("1.34", "1.37")


def closed(schema):
    """The schema without room for unknown fields, which a cluster would drop."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        result.setdefault("additionalProperties", False)
    return result


def crd_schema(path):
    [crd] = [each for each in yaml.safe_load_all(Path(path).read_text()) if each]
    [version] = [each for each in crd["spec"]["versions"] if each["name"] == "v1"]
    schema = closed(version["schema"]["openAPIV3Schema"])
    schema["properties"]["metadata"] = {"type": "object"}
    return schema


def check_kubernetes(manifest):
    for version in VERSIONS:
        kubernetes_validate.validate(manifest, version, strict=True)
    return f"Kubernetes {' and '.join(VERSIONS)}"


def check_ray_service(manifest, crd):
    """Its pods are Kubernetes', the rest is KubeRay's."""
    cluster = manifest["spec"]["rayClusterConfig"]
    for group in [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]:
        pod = {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "pod"}, "template": group["template"]}
        checked = check_kubernetes(pod)
    if crd is None:
        return f"pods against {checked}; KubeRay SKIPPED: no --kuberay-crd"
    jsonschema.Draft202012Validator(crd).validate(manifest)
    return f"pods against {checked}; KubeRay's definition"


def check_compose(manifest, schema):
    if schema is None:
        return "SKIPPED: no --compose-schema"
    jsonschema.Draft7Validator(schema).validate(manifest)
    return "Compose's schema"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--kuberay-crd")
    parser.add_argument("--compose-schema")
    parser.add_argument("manifests", nargs="+")
    given = parser.parse_args()
    crd = crd_schema(given.kuberay_crd) if given.kuberay_crd else None
    compose = json.loads(Path(given.compose_schema).read_text()) if given.compose_schema else None
    failed = False
    for path in given.manifests:
        for manifest in yaml.safe_load_all(Path(path).read_text()):
            name = f"{path}: {manifest.get('kind', 'Compose')}"
            try:
                if "services" in manifest:
                    print(f"{name}: {check_compose(manifest, compose)}")
                elif manifest["kind"] == "RayService":
                    print(f"{name}: {check_ray_service(manifest, crd)}")
                else:
                    print(f"{name}: {check_kubernetes(manifest)}")
            except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
                failed = True
                where = "/".join(str(each) for each in error.path)
                print(f"{name}: INVALID at {where or 'the top'}: {error.message}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
