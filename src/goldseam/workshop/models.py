"""Model files: numbers as .npz without pickle, names and settings as JSON, a manifest with hashes."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np

from goldseam.engine.decide.tables import RemedyModel
from goldseam.engine.text.ngrams import Head, TextModel
from goldseam.engine.text.tables import OutlookModel
from goldseam.workshop.files import write_atomic
from goldseam.workshop.model_trees import trees_as_json, trees_from_json

MANIFEST = "manifest.json"
Folder = Path | Traversable


class ModelError(ValueError):
    """A model folder is damaged or not one of ours; the message names the file and the remedy."""


def packaged_models() -> Folder:
    """The folder of the models that come with the product."""
    return files("goldseam.engine") / "data" / "models"


def text_model_files(model: TextModel) -> dict[str, bytes]:
    """The two files of a text model: weights in half precision, not compressed, for every start reads them;
    the rest as JSON."""
    arrays = io.BytesIO()
    np.savez(arrays, weights=model.weights.astype(np.float16), norms=model.norms.astype(np.float16))
    meta = {
        "version": model.version,
        "vocabulary": list(model.vocabulary),
        "heads": {
            name: {
                "classes": list(head.classes),
                "start": head.start,
                "stop": head.stop,
                "bias": [round(float(value), 5) for value in head.bias],
                "temperature": round(float(head.temperature), 5),
            }
            for name, head in model.heads.items()
        },
    }
    return {"npz": arrays.getvalue(), "json": json.dumps(meta, ensure_ascii=False).encode("utf-8")}


def outlook_files(model: OutlookModel) -> dict[str, bytes]:
    """An outlook model as JSON; its blocks are saved as text models beside it."""
    meta = {
        "version": model.version,
        "names": list(model.names),
        "weights": [round(float(value), 6) for value in model.weights],
        "centers": [round(float(value), 6) for value in model.centers],
        "scales": [round(float(value), 6) for value in model.scales],
        "bias": round(float(model.bias), 6),
        "learned": model.learned,
        "blocks": [block for block, _ in model.blocks],
        **({} if model.trees is None else {"trees": trees_as_json(model.trees)}),
    }
    return {"json": json.dumps(meta, ensure_ascii=False, indent=1).encode("utf-8")}


def remedy_files(model: RemedyModel) -> dict[str, bytes]:
    """What a shop's closed conversations taught about remedies, as JSON."""
    return {"json": json.dumps(asdict(model), ensure_ascii=False, indent=1).encode("utf-8")}


def load_remedies(folder: Folder, manifest: Mapping[str, Any]) -> RemedyModel:
    """Load and check a model of remedies. Raises ModelError on any damage."""
    meta = _json(read_part(folder, manifest, "remedies.json"), "remedies.json")
    try:
        return RemedyModel(
            version=str(meta["version"]),
            bias=float(meta["bias"]),
            weights={str(name): float(weight) for name, weight in meta["weights"].items()},
            seen={str(name): int(count) for name, count in meta["seen"].items()},
            prior_strength=float(meta["prior_strength"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(f"remedies.json in {folder} is not a model of this version: {error}") from error


def save(
    folder: Path,
    parts: Mapping[str, Mapping[str, bytes]],
    note: Mapping[str, Any],
    kept: Mapping[str, str] | None = None,
) -> None:
    """Write the parts ("issue" → files by ending) and a manifest over them and the files `kept` from
    before (name → hash); the manifest comes last, so a broken write never leaves a folder that loads."""
    folder.mkdir(parents=True, exist_ok=True)
    hashes: dict[str, str] = dict(kept or {})
    for name, part in sorted(parts.items()):
        for ending, content in sorted(part.items()):
            write_atomic(folder / f"{name}.{ending}", content)
            hashes[f"{name}.{ending}"] = hashlib.sha256(content).hexdigest()
    manifest = {"format": 1, "files": hashes, **note}
    write_atomic(folder / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode("utf-8"))


def read_manifest(folder: Folder) -> dict[str, Any]:
    """The manifest of a model folder. Raises ModelError when it is absent or not readable."""
    path = folder / MANIFEST
    if not path.is_file():
        raise ModelError(f"{folder} holds no {MANIFEST}; train into it first or name another folder")
    try:
        manifest = json.loads(path.read_bytes())
    except ValueError as error:
        raise ModelError(f"{path} is not JSON ({error}); train again or restore it") from error
    if (
        not isinstance(manifest, dict)
        or manifest.get("format") != 1
        or not isinstance(manifest.get("files"), dict)
    ):
        raise ModelError(f"{path} is not a manifest of format 1; train again with this version")
    return manifest


def others(folder: Path, parts: tuple[str, ...]) -> tuple[dict[str, str], dict[str, Any]]:
    """The files of a folder with their hashes that belong to none of the parts ("reader" or "reply-zh";
    blocks of an outlook belong to it), and the notes of its manifest. Nothing of a folder without one."""
    if not (folder / MANIFEST).is_file():
        return {}, {}
    manifest = read_manifest(folder)
    heads = tuple(part + mark for part in parts for mark in (".", "-"))
    kept = {name: digest for name, digest in manifest["files"].items() if not name.startswith(heads)}
    return kept, {key: value for key, value in manifest.items() if key not in ("format", "files")}


def read_part(folder: Folder, manifest: Mapping[str, Any], file: str) -> bytes:
    """One file of the folder. Raises ModelError when it is absent or its hash differs."""
    path = folder / file
    if not path.is_file():
        raise ModelError(f"{path} is missing; train again or restore it")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != manifest["files"].get(file):
        raise ModelError(f"{path} does not have the hash its manifest names; train again or restore it")
    return content


def load_text_model(folder: Folder, manifest: Mapping[str, Any], name: str) -> TextModel:
    """Load and check a text model. Raises ModelError on any damage."""
    meta = _json(read_part(folder, manifest, f"{name}.json"), f"{name}.json")
    try:
        with np.load(io.BytesIO(read_part(folder, manifest, f"{name}.npz")), allow_pickle=False) as arrays:
            weights = np.ascontiguousarray(arrays["weights"], dtype=np.float32)
            norms = np.ascontiguousarray(arrays["norms"], dtype=np.float32)
        heads = {
            key: Head(
                tuple(head["classes"]), int(head["start"]), int(head["stop"]),
                np.array(head["bias"], dtype=np.float32), float(head["temperature"]),
            )
            for key, head in meta["heads"].items()
        }  # fmt: skip
        vocabulary = {str(word): row for row, word in enumerate(meta["vocabulary"])}
    except (KeyError, TypeError, ValueError, OSError) as error:
        raise ModelError(f"{name} in {folder} is not a text model of this version: {error}") from error
    if weights.shape[0] != len(vocabulary) or norms.shape != (len(vocabulary),):
        raise ModelError(f"{name} in {folder} has {weights.shape[0]} rows for {len(vocabulary)} words")
    return TextModel(str(meta["version"]), vocabulary, weights, norms, heads)


def load_outlook(folder: Folder, manifest: Mapping[str, Any], name: str = "outlook") -> OutlookModel:
    """Load an outlook model with the text models of its blocks."""
    meta = _json(read_part(folder, manifest, f"{name}.json"), f"{name}.json")
    try:
        blocks = tuple(
            (str(b), load_text_model(folder, manifest, f"{name}-{b}")) for b in meta.get("blocks", ())
        )
        weights, centers, scales = (
            np.array(meta[key], dtype=np.float32) for key in ("weights", "centers", "scales")
        )
        names = tuple(map(str, meta["names"]))
        if not len(names) == len(weights) == len(centers) == len(scales):
            raise ValueError("names and weights differ in number")
        return OutlookModel(
            str(meta["version"]),
            names,
            weights,
            centers,
            scales,
            float(meta["bias"]),
            bool(meta["learned"]),
            blocks,
            trees_from_json(meta["trees"]) if "trees" in meta else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError(f"{name}.json in {folder} is not an outlook model: {error}") from error


def _json(content: bytes, name: str) -> dict[str, Any]:
    try:
        meta = json.loads(content)
    except ValueError as error:
        raise ModelError(f"{name} is not JSON: {error}") from error
    if not isinstance(meta, dict):
        raise ModelError(f"{name} is not a JSON object")
    return meta
