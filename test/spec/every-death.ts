import { aWorld, type Death, type World } from './world'

/** Every call of a story that nobody disturbs, with the death before it and the death after it. */
export async function everyDeath(
  story: (world: World) => Promise<unknown>,
  world: World = aWorld(),
): Promise<readonly Death[]> {
  await story(world)
  const seen = new Map<string, number>()
  return world.calls().flatMap((at) => {
    const call = (seen.get(at) ?? 0) + 1
    seen.set(at, call)
    return (['before', 'after'] as const).map((when) => ({ at, when, call }))
  })
}
