export default function PatientsPage() {
  return null;
}
