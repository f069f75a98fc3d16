import type { Wake, WakesPort } from '../../lambda/ports'

/** Wakes in a list, oldest first. */
export function wakesInMemory(): WakesPort & { readonly sent: readonly Wake[] } {
  const sent: Wake[] = []
  return {
    sent,
    async send(wakes) {
      for (const { target, delaySeconds } of wakes) {
        sent.push({ target, delaySeconds: Math.min(900, Math.max(0, Math.ceil(delaySeconds))) })
      }
    },
  }
}
