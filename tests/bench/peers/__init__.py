"""What Dermis is compared with, each as a small program of its own."""
