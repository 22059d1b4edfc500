/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlain(patch)) return patch;
  const merged: Record<string, unknown> = isPlain(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** The field that tells the items of a list apart (`patchMergeKey` of the API types); other lists are replaced. */
const MERGE_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  ephemeralContainers: 'name',
  env: 'name',
  volumes: 'name',
  imagePullSecrets: 'name',
  ports: 'containerPort',
  volumeMounts: 'mountPath',
  conditions: 'type',
  podIPs: 'ip',
  hostAliases: 'ip',
  ownerReferences: 'uid',
  topologySpreadConstraints: 'topologyKey',
};

/** Strategic merge patch, with the directives that kubectl sends (api-conventions, "strategic merge patch"). */
export function strategicMergePatch(target: unknown, patch: unknown): unknown {
  if (!isPlain(patch)) return patch;
  const { $patch: directive, $retainKeys: retained, ...rest } = patch;
  if (directive === 'replace') return rest;
  const merged: Record<string, unknown> = isPlain(target) ? { ...target } : {};
  if (Array.isArray(retained)) {
    for (const key of Object.keys(merged)) if (!retained.includes(key)) delete merged[key];
  }
  const orders: [string, readonly unknown[]][] = [];
  for (const [key, value] of Object.entries(rest)) {
    const [, order, removed] = /^\$(?:setElementOrder\/(.+)|deleteFromPrimitiveList\/(.+))$/.exec(key) ?? [];
    if (order !== undefined) orders.push([order, asList(value)]);
    else if (removed !== undefined) {
      merged[removed] = asList(merged[removed]).filter((it) => !asList(value).includes(it));
    } else if (value === null) delete merged[key];
    else if (Array.isArray(value)) merged[key] = mergeList(key, asList(merged[key]), value);
    else merged[key] = strategicMergePatch(merged[key], value);
  }
  for (const [key, order] of orders) merged[key] = inOrder(key, asList(merged[key]), order);
  return merged;
}

function mergeList(name: string, before: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const mergeKey = MERGE_KEYS[name];
  if (mergeKey === undefined) return [...patch];
  if (patch.some((it) => isPlain(it) && it['$patch'] === 'replace' && it[mergeKey] === undefined)) {
    return patch.filter((it) => !isPlain(it) || it['$patch'] === undefined);
  }
  const merged = [...before];
  for (const item of patch) {
    const at = merged.findIndex((it) => keyIn(it, mergeKey) === keyIn(item, mergeKey));
    if (isPlain(item) && item['$patch'] === 'delete') {
      if (at >= 0) merged.splice(at, 1);
    } else if (at >= 0) merged[at] = strategicMergePatch(merged[at], item);
    else merged.push(strategicMergePatch(undefined, item));
  }
  return merged;
}

/** What the order does not name stays behind what it does. */
function inOrder(name: string, list: readonly unknown[], order: readonly unknown[]): unknown[] {
  const mergeKey = MERGE_KEYS[name];
  const place = (item: unknown): number => {
    const at = order.findIndex((it) =>
      mergeKey === undefined ? it === item : keyIn(it, mergeKey) === keyIn(item, mergeKey),
    );
    return at < 0 ? order.length : at;
  };
  return [...list].sort((a, b) => place(a) - place(b));
}

function keyIn(item: unknown, mergeKey: string): unknown {
  return isPlain(item) ? item[mergeKey] : undefined;
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
