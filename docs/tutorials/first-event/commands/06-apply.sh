npx baton schema register
npx baton topics apply
