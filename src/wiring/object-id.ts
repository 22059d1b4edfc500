/** The name of an object among its kind. */
export interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

/** Names an object; `uid` distinguishes two objects of one name that existed one after the other. */
export interface ObjectId extends ObjectName {
  readonly uid: string;
}

/** `namespace/name`, the key of an object among its kind; neither part holds a slash (see `readIdentity`). */
export function keyOf({ namespace, name }: ObjectName): string {
  return `${namespace}/${name}`;
}
