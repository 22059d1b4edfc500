import assert from 'node:assert/strict';
import * as client from '@kubernetes/client-node';
import type { Manifest } from './release.ts';

interface Attribute {
  readonly baseName: string;
  readonly type: string;
}

/** A class of the Kubernetes client: generated from the API server's OpenAPI document, it has every field. */
interface Model {
  getAttributeTypeMap(): readonly Attribute[];
}

const MODELS = client as unknown as Readonly<Record<string, Model | undefined>>;

const VERSIONS: Readonly<Record<string, string>> = {
  v1: 'V1',
  'admissionregistration.k8s.io/v1': 'V1',
  'apps/v1': 'V1',
  'policy/v1': 'V1',
  'autoscaling/v2': 'V2',
  'networking.k8s.io/v1': 'V1',
  'rbac.authorization.k8s.io/v1': 'V1',
};

/** Null removes a value that the API server set before. */
const REMOVED_MODELS = 'Deployment.spec.strategy.rollingUpdate';

/**
 * Fails on a field that Kubernetes does not have and on a value of another type, as a strict API server does. The
 * client has no classes for the Prometheus operator's objects: kinds.test.ts checks those.
 */
export function checkTypes(object: Manifest): void {
  if (object.apiVersion === 'monitoring.coreos.com/v1') {
    return checkValue(object.metadata, 'V1ObjectMeta', `${object.kind}.metadata`);
  }
  const version = VERSIONS[object.apiVersion];
  assert.ok(version, `${object.kind}: ${object.apiVersion} is not known`);
  checkValue(object, `${version}${object.kind}`, object.kind);
}

function checkValue(value: unknown, type: string, path: string): void {
  if (value === null && path === REMOVED_MODELS) return;
  assert.ok(value !== null && value !== undefined, `${path} is null`);
  const items = /^Array<(.*)>$/.exec(type)?.[1];
  const values = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (items !== undefined) {
    assert.ok(Array.isArray(value), `${path} is not a list`);
    for (const [index, item] of value.entries()) checkValue(item, items, `${path}[${index}]`);
  } else if (values !== undefined) {
    for (const [key, item] of Object.entries(value)) checkValue(item, values, `${path}.${key}`);
  } else if (type === 'IntOrString') {
    assert.ok(typeof value === 'string' || Number.isInteger(value), `${path} is neither a number nor a text`);
  } else if (MODELS[type] === undefined) {
    assert.equal(typeof value, type, path);
  } else {
    checkModel(value, MODELS[type], path);
  }
}

function checkModel(value: object, model: Model, path: string): void {
  assert.equal(typeof value, 'object', `${path} is not an object`);
  const fields = new Map(model.getAttributeTypeMap().map(({ baseName, type }) => [baseName, type]));
  for (const [name, item] of Object.entries(value)) {
    const type = fields.get(name);
    assert.ok(type !== undefined, `${path}.${name} is not known`);
    checkValue(item, type, `${path}.${name}`);
  }
}
