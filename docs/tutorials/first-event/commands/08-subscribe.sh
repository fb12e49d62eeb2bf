node dist/src/subscriber.js
