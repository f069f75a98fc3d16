import type { Thresholds } from './batch/thresholds'
import type { TargetId } from './model'
import { targetsOf } from './route/targets-of'
import { type Into, mergeThresholds, type Settings } from './settings'

/** The options of a target, found without a key: those of the most specific route that can lead to it. */
export function intoOf(target: TargetId, settings: Settings): Into | undefined {
  return targetsOf(target, settings.routes)[0]?.into
}

/** When a target is due. Two routes into one table share the thresholds of the more specific one. */
export function thresholdsOf(target: TargetId, settings: Settings): Thresholds {
  return mergeThresholds(intoOf(target, settings)?.batch ?? {}, settings.batch)
}

/** Where to tell of a target's loads. */
export function topicsOf(
  target: TargetId,
  settings: Settings,
): { readonly success?: string; readonly failure?: string } {
  const own = intoOf(target, settings)?.notify ?? {}
  const success = own.success ?? settings.notify.success
  const failure = own.failure ?? settings.notify.failure
  return { ...(success === undefined ? {} : { success }), ...(failure === undefined ? {} : { failure }) }
}

/**
 * Whether any route into the target wants the same content once: then it is noted of every file that is loaded there,
 * whichever of its routes the file came by.
 */
export function notesContents(target: TargetId, settings: Settings): boolean {
  return targetsOf(target, settings.routes).some(({ into }) => (into.duplicates ?? 'load') !== 'load')
}

/** The warehouse of a target. A target's id is `warehouse/schema.table`, and a warehouse's name holds no slash. */
export function warehouseOf(target: TargetId): string {
  return target.slice(0, target.indexOf('/'))
}
