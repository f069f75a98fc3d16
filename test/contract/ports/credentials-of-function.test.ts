import { defaultProvider } from '../../../lambda/platform/credentials-of-function'

describe('the credentials of a function', () => {
  const before = process.env
  beforeEach(() => {
    process.env = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_SESSION_TOKEN: 'token' }
  })
  afterEach(() => {
    process.env = before
  })

  it('are those that Lambda gives it in its variables', async () => {
    const given = { accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'token' }
    await expect(defaultProvider()()).resolves.toEqual(given)
  })

  it('need no session token, as those of an emulator', async () => {
    delete process.env['AWS_SESSION_TOKEN']
    await expect(defaultProvider()()).resolves.toEqual({ accessKeyId: 'id', secretAccessKey: 'key' })
  })

  it('are missed by the names of the variables', async () => {
    delete process.env['AWS_SECRET_ACCESS_KEY']
    await expect(defaultProvider()()).rejects.toThrow('AWS_SECRET_ACCESS_KEY')
  })
})
