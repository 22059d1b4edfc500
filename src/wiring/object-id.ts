/** Identifies an object among the objects of its kind. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** Identifies an object; `uid` distinguishes it from an earlier object of the same name. */
export interface ObjectId extends ObjectName {
  readonly uid: string;
}

/** `namespace/name`, the key of an object among the objects of its kind; neither part has a slash (see `readIdentity`). */
export function keyOf({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}
