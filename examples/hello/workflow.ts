// The smallest useful workflow: a webhook greets whoever calls it.
import { cronflow } from 'cronflow';

const hello = cronflow.define({
  id: 'hello',
  name: 'Hello',
  description: 'Answers a greeting',
});

hello
  .onWebhook('/hello')
  .step('greet', async ctx => {
    const { name = 'stranger' } = ctx.payload ?? {};
    return { message: `Hello, ${name}!` };
  })
  .action('notify', async ctx => {
    console.log('greeted:', ctx.last.message);
  })
  .log(ctx => `said "${ctx.last.message}"`);

cronflow.start();
