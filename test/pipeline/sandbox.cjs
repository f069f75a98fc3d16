// What Lambda's runtime does with a function's archive, as far as a handler can tell: plain Node, the module that the function's
// setting names, one invocation at a time, a context, an answer that goes through JSON.
const path = require('node:path')

const [file, name] = process.env._HANDLER.split('.')
const handler = require(path.join(process.env.LAMBDA_TASK_ROOT, file))[name]

process.on('message', async ({ event, context: { deadlineMs, ...context } }) => {
  try {
    const getRemainingTimeInMillis = () => Math.max(0, deadlineMs - Date.now())
    process.send({ result: (await handler(event, { ...context, getRemainingTimeInMillis })) ?? null })
  } catch (error) {
    process.send({ error: { name: error.name, message: error.message } })
  }
})
