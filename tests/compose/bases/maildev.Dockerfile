# Stands for maildev/maildev: the same program from npm.
FROM node:24-slim
WORKDIR /maildev
RUN npm install maildev@2.2.1 && useradd --system --uid 999 maildev
USER maildev
ENTRYPOINT ["node", "/maildev/node_modules/.bin/maildev"]
