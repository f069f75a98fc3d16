import type { Amendment } from './in-front-of-moto'

type Fields = Readonly<Record<string, unknown>>

const FUNCTIONS = /^\/2015-03-31\/functions\/?([^/?]+)?(\/configuration)?\/?(\?|$)/

/** `LoggingConfig` of functions: moto (5.2) takes it and never tells it. */
export function makeFunctionLogging(): Amendment {
  const remembered = new Map<string, unknown>()
  return async (asked, moto) => {
    const [isFunction, named, isConfiguration] = FUNCTIONS.exec(asked.url) ?? []
    if (isFunction === undefined) return undefined
    const answered = await moto(asked)
    if (answered.status >= 300) return answered
    if (asked.method === 'POST' || (asked.method === 'PUT' && isConfiguration)) {
      const { FunctionName = named, LoggingConfig } = JSON.parse(asked.body.toString('utf8')) as Fields
      if (LoggingConfig !== undefined) remembered.set(String(FunctionName), LoggingConfig)
    }
    if (asked.method === 'DELETE') remembered.delete(String(named))
    const logging = remembered.get(String(named))
    if (asked.method !== 'GET' || logging === undefined) return answered
    const said = JSON.parse(answered.body.toString('utf8')) as Fields
    const amended = isConfiguration
      ? { ...said, LoggingConfig: logging }
      : { ...said, Configuration: { ...(said['Configuration'] as Fields), LoggingConfig: logging } }
    return { ...answered, body: Buffer.from(JSON.stringify(amended)) }
  }
}
