import { CRASH_POINTS, type CrashPoint } from '../spec/crash-points'
import type { Plan, Role } from './assignment'
import type { Dice } from './dice'

/** Decides where the workers die, so that every point that they reach has its turn. */
export interface Planner {
  readonly next: (role: Role) => Plan
  readonly died: (role: Role, point: CrashPoint) => void
  /** It has lived long, and has not come to any point of its plan. */
  readonly survived: (role: Role) => void
}

/** Workers that live side by side shall not all die at the same point, and some shall get far. */
const FRESH_ONE_IN = 2

/** Happens once in the life of a warehouse: whoever comes there shall not pass. */
const ONLY_ONCE = /create-receipts/

/**
 * A worker dies at the first point of its share of those at which none of its role has died yet. When those seem to be
 * hard to reach, it also dies at a point that had fewest deaths so far, and at no other, or nobody would get beyond the
 * first calls of a load.
 */
export function makePlanner(dice: Dice): Planner {
  const deaths = new Map<string, number>()
  const survivors = new Set<Role>()
  const deathsAt = (role: Role, point: CrashPoint) => deaths.get(`${role} ${point}`) ?? 0

  function rarest(role: Role): CrashPoint | undefined {
    const ranked = CRASH_POINTS.filter((point) => deathsAt(role, point) > 0).map((point) => ({
      point,
      rank: deathsAt(role, point) + dice.fraction(),
    }))
    return ranked.sort((a, b) => a.rank - b.rank)[0]?.point
  }

  return {
    next: (role) => {
      const fresh = CRASH_POINTS.filter(
        (point) => deathsAt(role, point) === 0 && (ONLY_ONCE.test(point) || dice.oneIn(FRESH_ONE_IN)),
      )
      const plan = new Map(fresh.map((point) => [point, 1]))
      const again = survivors.has(role) ? rarest(role) : undefined
      if (again !== undefined) plan.set(again, dice.between(1, 3))
      return Object.fromEntries(plan)
    },
    died: (role, point) => {
      if (deathsAt(role, point) === 0) survivors.delete(role)
      deaths.set(`${role} ${point}`, deathsAt(role, point) + 1)
    },
    survived: (role) => void survivors.add(role),
  }
}
