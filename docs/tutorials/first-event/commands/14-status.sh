npx baton status
