import type { TargetId } from '../../lambda/model'
import type { WakesPort } from '../../lambda/ports'

/** Wakes in a list, oldest first. */
export function wakesInMemory(): WakesPort & {
  readonly sent: readonly { readonly target: TargetId; readonly delaySeconds: number }[]
} {
  const sent: { readonly target: TargetId; readonly delaySeconds: number }[] = []
  return {
    sent,
    async send(target, delaySeconds) {
      sent.push({ target, delaySeconds: Math.min(900, Math.max(0, Math.ceil(delaySeconds))) })
    },
  }
}
