import type { SecretsPort } from '../../../lambda/ports'

interface Vault {
  readonly port: SecretsPort
  set(parameter: string, value: string): Promise<void>
  later(minutes: number): void
}

/** What the pipeline relies on from whatever keeps secrets. */
export function describeSecretsPort(name: string, make: () => Vault): void {
  describe(`secrets ${name}`, () => {
    it('reads a secret, and uses it for five minutes without asking again', async () => {
      const { port, set, later } = make()
      await set('/penstock/test/cached', 'first')
      expect(await port.read('/penstock/test/cached')).toBe('first')
      await set('/penstock/test/cached', 'second')
      later(4)
      expect(await port.read('/penstock/test/cached')).toBe('first')
      later(1)
      expect(await port.read('/penstock/test/cached')).toBe('second')
    })

    it('asks again at once for a fresh one, and keeps that', async () => {
      const { port, set } = make()
      await set('/penstock/test/fresh', 'first')
      await port.read('/penstock/test/fresh')
      await set('/penstock/test/fresh', 'second')
      expect(await port.read('/penstock/test/fresh', { fresh: true })).toBe('second')
      expect(await port.read('/penstock/test/fresh')).toBe('second')
    })

    it('takes neither a missing secret nor the placeholder for a password, and sees at once when it is set', async () => {
      const { port, set } = make()
      const notSet = { code: 'SECRET_NOT_SET', message: expect.stringContaining('/penstock/test/new is not set yet') }
      await expect(port.read('/penstock/test/new')).rejects.toMatchObject(notSet)
      await set('/penstock/test/new', 'PLACEHOLDER')
      await expect(port.read('/penstock/test/new')).rejects.toMatchObject(notSet)
      await set('/penstock/test/new', 'a secret')
      expect(await port.read('/penstock/test/new')).toBe('a secret')
    })

    it('reads the password of a file that an editor ended with a line end', async () => {
      const { port, set } = make()
      await set('/penstock/test/file', ' a b \n')
      expect(await port.read('/penstock/test/file')).toBe(' a b ')
    })
  })
}
