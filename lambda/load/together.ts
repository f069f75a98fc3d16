/**
 * What several things that are done at the same time come to. When one fails, the others are waited for before its error goes
 * on: nobody may let go of a target while something is still being done for it.
 */
export async function together<T extends readonly unknown[]>(
  ...all: { readonly [Index in keyof T]: Promise<T[Index]> }
): Promise<T> {
  await Promise.allSettled(all)
  return (await Promise.all(all)) as unknown as T
}
